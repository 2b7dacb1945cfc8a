// Reads framed OpenIGTLink messages from standard input, unpacks each with the C++ library (CRC
// checked), copies it field by field into a new message and packs that. Prints a line of JSON for
// each: the fields as the library understood them, and the bytes that it makes of them.

#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <igtlBindMessage.h>
#include <igtlCapabilityMessage.h>
#include <igtlColorTableMessage.h>
#include <igtlImageMessage.h>
#include <igtlImageMetaMessage.h>
#include <igtlLabelMetaMessage.h>
#include <igtlMessageHeader.h>
#include <igtlNDArrayMessage.h>
#include <igtlPointMessage.h>
#include <igtlPolyDataMessage.h>
#include <igtlPositionMessage.h>
#include <igtlQuaternionTrackingDataMessage.h>
#include <igtlSensorMessage.h>
#include <igtlStatusMessage.h>
#include <igtlStringMessage.h>
#include <igtlTrackingDataMessage.h>
#include <igtlTrajectoryMessage.h>
#include <igtlTransformMessage.h>

using std::string;
using std::vector;

// -- JSON

string text(const string& value) {
  string out = "\"";
  for (unsigned char c : value) {
    if (c == '"' || c == '\\' || c < ' ') {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + '"';
}

template <class Number>
string number(Number value) {
  std::ostringstream out;
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(value)) return text("not finite");
    out.precision(sizeof(Number) == 4 ? 9 : 17);
    out << value;
  } else {
    out << +value;
  }
  return out.str();
}

string list(const vector<string>& items) {
  string out = "[";
  for (const string& item : items) out += (out.size() > 1 ? ", " : "") + item;
  return out + ']';
}

template <class Number>
string numbers(const Number* values, size_t count) {
  vector<string> items;
  for (size_t n = 0; n < count; ++n) items.push_back(number(values[n]));
  return list(items);
}

string object(const vector<std::pair<string, string>>& members) {
  string out = "{";
  for (const auto& [name, value] : members)
    out += (out.size() > 1 ? ", " : "") + text(name) + ": " + value;
  return out + '}';
}

string hex(const void* data, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  string out;
  for (size_t n = 0; n < size; ++n) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", bytes[n]);
    out += digits;
  }
  return out;
}

string rows(const igtl::Matrix4x4& matrix) {
  vector<string> items;
  for (const auto& row : matrix) items.push_back(numbers(row, 4));
  return list(items);
}

// -- one message from bytes, and what becomes of it

struct Result {
  igtl::MessageBase::Pointer message;  // packed anew
  string fields;
};

// Gives a message its bytes and unpacks it.
using Load = std::function<bool(igtl::MessageBase*)>;

Result remake(const string& type, const Load& load);

// -- each type: copies all fields, and tells them

// Queries have none.
template <class Message>
string copy(Message&, Message&) {
  return object({});
}

string copy(igtl::TransformMessage& in, igtl::TransformMessage& out) {
  igtl::Matrix4x4 matrix;
  in.GetMatrix(matrix);
  out.SetMatrix(matrix);
  return object({{"matrix", rows(matrix)}});
}

string copy(igtl::PositionMessage& in, igtl::PositionMessage& out) {
  float position[3], quaternion[4];
  in.GetPosition(position);
  in.GetQuaternion(quaternion);
  // always all of it: packing the shorter forms, the library writes beyond its memory
  out.SetPackType(igtl::PositionMessage::ALL);
  out.SetPosition(position);
  out.SetQuaternion(quaternion);
  return object({{"position", numbers(position, 3)}, {"quaternion", numbers(quaternion, 4)}});
}

string copy(igtl::ImageMessage& in, igtl::ImageMessage& out) {
  int size[3], block[3], offset[3];
  float spacing[3], origin[3], normals[3][3];
  in.GetDimensions(size);
  in.GetSubVolume(block, offset);
  in.GetSpacing(spacing);
  in.GetOrigin(origin);
  in.GetNormals(normals);
  out.SetDimensions(size);
  out.SetSubVolume(block, offset);
  out.SetSpacing(spacing);
  out.SetOrigin(origin);
  out.SetNormals(normals);
  out.SetNumComponents(in.GetNumComponents());
  out.SetScalarType(in.GetScalarType());
  out.SetEndian(in.GetEndian());
  out.SetCoordinateSystem(in.GetCoordinateSystem());
  out.AllocateScalars();
  std::memcpy(out.GetScalarPointer(), in.GetScalarPointer(), in.GetSubVolumeImageSize());
  vector<string> directions;
  for (const auto& row : normals) directions.push_back(numbers(row, 3));
  return object({
      {"size", numbers(size, 3)},
      {"block", numbers(block, 3)},
      {"offset", numbers(offset, 3)},
      {"spacing", numbers(spacing, 3)},
      {"origin", numbers(origin, 3)},
      {"normals", list(directions)},
      {"components", number(in.GetNumComponents())},
      {"scalar_type", number(in.GetScalarType())},
      {"endian", number(in.GetEndian())},
      {"coordinates", number(in.GetCoordinateSystem())},
      {"pixels", text(hex(in.GetScalarPointer(), in.GetSubVolumeImageSize()))},
  });
}

string copy(igtl::StatusMessage& in, igtl::StatusMessage& out) {
  out.SetCode(in.GetCode());
  out.SetSubCode(in.GetSubCode());
  out.SetErrorName(in.GetErrorName());
  out.SetStatusString(in.GetStatusString());
  return object({
      {"code", number(in.GetCode())},
      {"subcode", number(in.GetSubCode())},
      {"error_name", text(in.GetErrorName())},
      {"message", text(in.GetStatusString())},
  });
}

string copy(igtl::StringMessage& in, igtl::StringMessage& out) {
  out.SetEncoding(in.GetEncoding());
  out.SetString(in.GetString());
  return object({{"encoding", number(in.GetEncoding())}, {"text", text(in.GetString())}});
}

string copy(igtl::TrackingDataMessage& in, igtl::TrackingDataMessage& out) {
  vector<string> elements;
  for (int n = 0; n < in.GetNumberOfTrackingDataElements(); ++n) {
    igtl::TrackingDataElement::Pointer from, to = igtl::TrackingDataElement::New();
    in.GetTrackingDataElement(n, from);
    igtl::Matrix4x4 matrix;
    from->GetMatrix(matrix);
    to->SetName(from->GetName());
    to->SetType(from->GetType());
    to->SetMatrix(matrix);
    out.AddTrackingDataElement(to);
    elements.push_back(object({
        {"name", text(from->GetName())},
        {"type", number(from->GetType())},
        {"matrix", rows(matrix)},
    }));
  }
  return object({{"elements", list(elements)}});
}

string copy(igtl::QuaternionTrackingDataMessage& in, igtl::QuaternionTrackingDataMessage& out) {
  vector<string> elements;
  for (int n = 0; n < in.GetNumberOfQuaternionTrackingDataElements(); ++n) {
    igtl::QuaternionTrackingDataElement::Pointer from;
    igtl::QuaternionTrackingDataElement::Pointer to = igtl::QuaternionTrackingDataElement::New();
    in.GetQuaternionTrackingDataElement(n, from);
    float position[3], quaternion[4];
    from->GetPosition(position);
    from->GetQuaternion(quaternion);
    to->SetName(from->GetName());
    to->SetType(from->GetType());
    to->SetPosition(position);
    to->SetQuaternion(quaternion);
    out.AddQuaternionTrackingDataElement(to);
    elements.push_back(object({
        {"name", text(from->GetName())},
        {"type", number(from->GetType())},
        {"position", numbers(position, 3)},
        {"quaternion", numbers(quaternion, 4)},
    }));
  }
  return object({{"elements", list(elements)}});
}

string copy(igtl::PointMessage& in, igtl::PointMessage& out) {
  vector<string> elements;
  for (int n = 0; n < in.GetNumberOfPointElement(); ++n) {
    igtl::PointElement::Pointer from, to = igtl::PointElement::New();
    in.GetPointElement(n, from);
    igtlUint8 rgba[4];
    float position[3];
    from->GetRGBA(rgba);
    from->GetPosition(position);
    to->SetName(from->GetName());
    to->SetGroupName(from->GetGroupName());
    to->SetRGBA(rgba);
    to->SetPosition(position);
    to->SetRadius(from->GetRadius());
    to->SetOwner(from->GetOwner());
    out.AddPointElement(to);
    elements.push_back(object({
        {"name", text(from->GetName())},
        {"group", text(from->GetGroupName())},
        {"rgba", numbers(rgba, 4)},
        {"position", numbers(position, 3)},
        {"diameter", number(from->GetRadius())},
        {"owner", text(from->GetOwner())},
    }));
  }
  return object({{"elements", list(elements)}});
}

string copy(igtl::TrajectoryMessage& in, igtl::TrajectoryMessage& out) {
  vector<string> elements;
  for (int n = 0; n < in.GetNumberOfTrajectoryElement(); ++n) {
    igtl::TrajectoryElement::Pointer from, to = igtl::TrajectoryElement::New();
    in.GetTrajectoryElement(n, from);
    igtlUint8 rgba[4];
    float entry[3], target[3];
    from->GetRGBA(rgba);
    from->GetEntryPosition(entry);
    from->GetTargetPosition(target);
    to->SetName(from->GetName());
    to->SetGroupName(from->GetGroupName());
    to->SetType(from->GetType());
    to->SetRGBA(rgba);
    to->SetEntryPosition(entry);
    to->SetTargetPosition(target);
    to->SetRadius(from->GetRadius());
    to->SetOwner(from->GetOwner());
    out.AddTrajectoryElement(to);
    elements.push_back(object({
        {"name", text(from->GetName())},
        {"group", text(from->GetGroupName())},
        {"type", number(from->GetType())},
        {"rgba", numbers(rgba, 4)},
        {"entry", numbers(entry, 3)},
        {"target", numbers(target, 3)},
        {"diameter", number(from->GetRadius())},
        {"owner", text(from->GetOwner())},
    }));
  }
  return object({{"elements", list(elements)}});
}

string copy(igtl::SensorMessage& in, igtl::SensorMessage& out) {
  vector<double> values;
  for (unsigned n = 0; n < in.GetLength(); ++n) values.push_back(in.GetValue(n));
  out.SetLength(in.GetLength());
  out.SetUnit(in.GetUnit());
  for (unsigned n = 0; n < values.size(); ++n) out.SetValue(n, values[n]);
  return object({
      {"unit", number(in.GetUnit())},
      {"values", numbers(values.data(), values.size())},
  });
}

template <class Number>
void copy_array(igtl::NDArrayMessage& in, igtl::NDArrayMessage& out) {
  auto* array = new igtl::Array<Number>;  // the message it is given to deletes it
  array->SetSize(in.GetArray()->GetSize());
  array->SetArray(in.GetArray()->GetRawArray());
  out.SetArray(in.GetType(), array);
}

string copy(igtl::NDArrayMessage& in, igtl::NDArrayMessage& out) {
  switch (in.GetType()) {
    case igtl::NDArrayMessage::TYPE_INT8: copy_array<igtlInt8>(in, out); break;
    case igtl::NDArrayMessage::TYPE_UINT8: copy_array<igtlUint8>(in, out); break;
    case igtl::NDArrayMessage::TYPE_INT16: copy_array<igtlInt16>(in, out); break;
    case igtl::NDArrayMessage::TYPE_UINT16: copy_array<igtlUint16>(in, out); break;
    case igtl::NDArrayMessage::TYPE_INT32: copy_array<igtlInt32>(in, out); break;
    case igtl::NDArrayMessage::TYPE_UINT32: copy_array<igtlUint32>(in, out); break;
    case igtl::NDArrayMessage::TYPE_FLOAT32: copy_array<igtlFloat32>(in, out); break;
    case igtl::NDArrayMessage::TYPE_FLOAT64: copy_array<igtlFloat64>(in, out); break;
    default: copy_array<igtlComplex>(in, out);
  }
  const auto size = in.GetArray()->GetSize();
  return object({
      {"scalar_type", number(in.GetType())},
      {"shape", numbers(size.data(), size.size())},
      {"values", text(hex(in.GetArray()->GetRawArray(), in.GetArray()->GetRawArraySize()))},
  });
}

string copy_cells(igtl::PolyDataCellArray* in, igtl::PolyDataCellArray* out) {
  vector<string> cells;
  for (unsigned n = 0; in && n < in->GetNumberOfCells(); ++n) {
    std::list<igtlUint32> cell;
    in->GetCell(n, cell);
    out->AddCell(cell);
    const vector<igtlUint32> indices(cell.begin(), cell.end());
    cells.push_back(numbers(indices.data(), indices.size()));
  }
  return list(cells);
}

string copy(igtl::PolyDataMessage& in, igtl::PolyDataMessage& out) {
  auto points = igtl::PolyDataPointArray::New();
  vector<string> places;
  for (int n = 0; in.GetPoints() && n < in.GetPoints()->GetNumberOfPoints(); ++n) {
    float point[3];
    in.GetPoints()->GetPoint(n, point);
    points->AddPoint(point);
    places.push_back(numbers(point, 3));
  }
  auto vertices = igtl::PolyDataCellArray::New(), lines = igtl::PolyDataCellArray::New();
  auto polygons = igtl::PolyDataCellArray::New(), strips = igtl::PolyDataCellArray::New();
  vector<std::pair<string, string>> members = {
      {"points", list(places)},
      {"vertices", copy_cells(in.GetVertices(), vertices)},
      {"lines", copy_cells(in.GetLines(), lines)},
      {"polygons", copy_cells(in.GetPolygons(), polygons)},
      {"triangle_strips", copy_cells(in.GetTriangleStrips(), strips)},
  };
  out.SetPoints(points);
  out.SetVertices(vertices);
  out.SetLines(lines);
  out.SetPolygons(polygons);
  out.SetTriangleStrips(strips);
  vector<string> attributes;
  for (int n = 0; n < in.GetNumberOfAttributes(); ++n) {
    igtl::PolyDataAttribute* from = in.GetAttribute(n);
    auto to = igtl::PolyDataAttribute::New();
    vector<float> values(from->GetSize() * from->GetNumberOfComponents());
    from->GetData(values.data());
    to->SetType(from->GetType(), from->GetNumberOfComponents());
    to->SetName(from->GetName());
    to->SetSize(from->GetSize());
    to->SetData(values.data());
    out.AddAttribute(to);
    attributes.push_back(object({
        {"name", text(from->GetName())},
        {"type", number(from->GetType())},
        {"values", numbers(values.data(), values.size())},
    }));
  }
  members.push_back({"attributes", list(attributes)});
  return object(members);
}

string copy(igtl::ColorTableMessage& in, igtl::ColorTableMessage& out) {
  out.SetIndexType(in.GetIndexType());
  out.SetMapType(in.GetMapType());
  out.AllocateTable();
  std::memcpy(out.GetTablePointer(), in.GetTablePointer(), in.GetColorTableSize());
  return object({
      {"index_type", number(in.GetIndexType())},
      {"map_type", number(in.GetMapType())},
      {"table", text(hex(in.GetTablePointer(), in.GetColorTableSize()))},
  });
}

string copy(igtl::CapabilityMessage& in, igtl::CapabilityMessage& out) {
  vector<string> types;
  for (int n = 0; n < in.GetNumberOfTypes(); ++n) types.push_back(text(in.GetType(n)));
  out.SetTypes(in.GetTypes());
  return object({{"types", list(types)}});
}

string copy(igtl::ImageMetaMessage& in, igtl::ImageMetaMessage& out) {
  vector<string> elements;
  for (int n = 0; n < in.GetNumberOfImageMetaElement(); ++n) {
    igtl::ImageMetaElement::Pointer from, to = igtl::ImageMetaElement::New();
    in.GetImageMetaElement(n, from);
    igtl::TimeStamp::Pointer time = igtl::TimeStamp::New();
    igtlUint16 size[3];
    from->GetTimeStamp(time);
    from->GetSize(size);
    to->SetName(from->GetName());
    to->SetDeviceName(from->GetDeviceName());
    to->SetModality(from->GetModality());
    to->SetPatientName(from->GetPatientName());
    to->SetPatientID(from->GetPatientID());
    to->SetTimeStamp(time);
    to->SetSize(size);
    to->SetScalarType(from->GetScalarType());
    out.AddImageMetaElement(to);
    elements.push_back(object({
        {"name", text(from->GetName())},
        {"id", text(from->GetDeviceName())},
        {"modality", text(from->GetModality())},
        {"patient_name", text(from->GetPatientName())},
        {"patient_id", text(from->GetPatientID())},
        {"timestamp", number(time->GetTimeStampUint64())},
        {"size", numbers(size, 3)},
        {"scalar_type", number(from->GetScalarType())},
    }));
  }
  return object({{"elements", list(elements)}});
}

string copy(igtl::LabelMetaMessage& in, igtl::LabelMetaMessage& out) {
  vector<string> elements;
  for (int n = 0; n < in.GetNumberOfLabelMetaElement(); ++n) {
    igtl::LabelMetaElement::Pointer from, to = igtl::LabelMetaElement::New();
    in.GetLabelMetaElement(n, from);
    igtlUint8 rgba[4];
    igtlUint16 size[3];
    from->GetRGBA(rgba);
    from->GetSize(size);
    to->SetName(from->GetName());
    to->SetDeviceName(from->GetDeviceName());
    to->SetLabel(from->GetLabel());
    to->SetRGBA(rgba);
    to->SetSize(size);
    to->SetOwner(from->GetOwner());
    out.AddLabelMetaElement(to);
    elements.push_back(object({
        {"name", text(from->GetName())},
        {"id", text(from->GetDeviceName())},
        {"label", number(from->GetLabel())},
        {"rgba", numbers(rgba, 4)},
        {"size", numbers(size, 3)},
        {"owner", text(from->GetOwner())},
    }));
  }
  return object({{"elements", list(elements)}});
}

string copy(igtl::BindMessage& in, igtl::BindMessage& out) {
  static vector<igtl::MessageBase::Pointer> keep;  // the library does not, and packs them later
  vector<string> children;
  for (int n = 0; n < in.GetNumberOfChildMessages(); ++n) {
    const string type = in.GetChildMessageType(n);
    string name;
    const Result child = remake(type, [&](igtl::MessageBase* message) {
      const bool found = in.GetChildMessage(n, message);
      name = message->GetDeviceName();
      return found && message->Unpack(0) & igtl::MessageHeader::UNPACK_BODY;
    });
    if (child.message.IsNull()) return object({{"refused child", text(type)}});
    out.AppendChildMessage(child.message);
    keep.push_back(child.message);
    children.push_back(object(
        {{"type", text(type)}, {"device_name", text(name)}, {"fields", child.fields}}));
  }
  return object({{"children", list(children)}});
}

template <class Message>
string copy_subscription(Message& in, Message& out) {
  out.SetResolution(in.GetResolution());
  out.SetCoordinateName(in.GetCoordinateName());
  return object({
      {"resolution", number(in.GetResolution())},
      {"coordinate_name", text(in.GetCoordinateName())},
  });
}

string copy(igtl::StartTrackingDataMessage& in, igtl::StartTrackingDataMessage& out) {
  return copy_subscription(in, out);
}

string copy(igtl::StartQuaternionTrackingDataMessage& in,
            igtl::StartQuaternionTrackingDataMessage& out) {
  return copy_subscription(in, out);
}

template <class Message>
string copy_answer(Message& in, Message& out) {
  out.SetStatus(in.GetStatus());
  return object({{"status", number(in.GetStatus())}});
}

string copy(igtl::RTSTrackingDataMessage& in, igtl::RTSTrackingDataMessage& out) {
  return copy_answer(in, out);
}

string copy(igtl::RTSQuaternionTrackingDataMessage& in,
            igtl::RTSQuaternionTrackingDataMessage& out) {
  return copy_answer(in, out);
}

string copy(igtl::RTSBindMessage& in, igtl::RTSBindMessage& out) { return copy_answer(in, out); }

// -- the types by name

template <class Message>
Result remake_as(const Load& load) {
  typename Message::Pointer in = Message::New(), out = Message::New();
  if (!load(in)) return {};
  const string fields = copy(*in, *out);
  unsigned seconds, fraction;
  in->GetTimeStamp(&seconds, &fraction);
  out->SetDeviceName(in->GetDeviceName());
  out->SetTimeStamp(seconds, fraction);
  out->Pack();
  return {out.GetPointer(), fields};
}

Result remake(const string& type, const Load& load) {
  static const std::map<string, Result (*)(const Load&)> types = {
      {"BIND", remake_as<igtl::BindMessage>},
      {"CAPABILITY", remake_as<igtl::CapabilityMessage>},
      {"COLORT", remake_as<igtl::ColorTableMessage>},
      {"GET_CAPABIL", remake_as<igtl::GetCapabilityMessage>},
      {"GET_COLORT", remake_as<igtl::GetColorTableMessage>},
      {"GET_IMAGE", remake_as<igtl::GetImageMessage>},
      {"GET_IMGMETA", remake_as<igtl::GetImageMetaMessage>},
      {"GET_LBMETA", remake_as<igtl::GetLabelMetaMessage>},
      {"GET_POINT", remake_as<igtl::GetPointMessage>},
      {"GET_POLYDATA", remake_as<igtl::GetPolyDataMessage>},
      {"GET_STATUS", remake_as<igtl::GetStatusMessage>},
      {"GET_TRAJ", remake_as<igtl::GetTrajectoryMessage>},
      {"GET_TRANS", remake_as<igtl::GetTransformMessage>},
      {"IMAGE", remake_as<igtl::ImageMessage>},
      {"IMGMETA", remake_as<igtl::ImageMetaMessage>},
      {"LBMETA", remake_as<igtl::LabelMetaMessage>},
      {"NDARRAY", remake_as<igtl::NDArrayMessage>},
      {"POINT", remake_as<igtl::PointMessage>},
      {"POLYDATA", remake_as<igtl::PolyDataMessage>},
      {"POSITION", remake_as<igtl::PositionMessage>},
      {"QTDATA", remake_as<igtl::QuaternionTrackingDataMessage>},
      {"RTS_BIND", remake_as<igtl::RTSBindMessage>},
      {"RTS_QTDATA", remake_as<igtl::RTSQuaternionTrackingDataMessage>},
      {"RTS_TDATA", remake_as<igtl::RTSTrackingDataMessage>},
      {"SENSOR", remake_as<igtl::SensorMessage>},
      {"STATUS", remake_as<igtl::StatusMessage>},
      {"STP_BIND", remake_as<igtl::StopBindMessage>},
      {"STP_QTDATA", remake_as<igtl::StopQuaternionTrackingDataMessage>},
      {"STP_TDATA", remake_as<igtl::StopTrackingDataMessage>},
      {"STRING", remake_as<igtl::StringMessage>},
      {"STT_QTDATA", remake_as<igtl::StartQuaternionTrackingDataMessage>},
      {"STT_TDATA", remake_as<igtl::StartTrackingDataMessage>},
      {"TDATA", remake_as<igtl::TrackingDataMessage>},
      {"TRAJ", remake_as<igtl::TrajectoryMessage>},
      {"TRANSFORM", remake_as<igtl::TransformMessage>},
  };
  const auto found = types.find(type);
  return found == types.end() ? Result{} : found->second(load);
}

int main() {
  std::ios::sync_with_stdio(false);
  auto header = igtl::MessageHeader::New();
  for (;;) {
    header->InitPack();
    auto* start = static_cast<char*>(header->GetPackPointer());
    if (!std::cin.read(start, header->GetPackSize())) return std::cin.gcount() != 0;
    header->Unpack();
    vector<char> body(header->GetBodySizeToRead());
    if (!std::cin.read(body.data(), body.size())) return 1;
    const Result result = remake(header->GetDeviceType(), [&](igtl::MessageBase* message) {
      message->SetMessageHeader(header);
      message->AllocatePack();
      if (body.empty()) return true;  // the library has nothing to unpack then
      std::memcpy(message->GetPackBodyPointer(), body.data(), body.size());
      return (message->Unpack(1) & igtl::MessageHeader::UNPACK_BODY) != 0;
    });
    if (result.message.IsNull()) {
      std::cout << "null" << std::endl;
      continue;
    }
    igtl::MessageBase* packed = result.message;
    std::cout << object({
                     {"device_name", text(packed->GetDeviceName())},
                     {"fields", result.fields},
                     {"packed", text(hex(packed->GetPackPointer(), packed->GetPackSize()))},
                 })
              << std::endl;
  }
}
